/** What a test waits for comes also where the machine has much else to do. */
import { configure } from '@testing-library/svelte';

configure({ asyncUtilTimeout: 10_000 });
