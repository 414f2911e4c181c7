import './tokens.css';
import './base.css';
import { mount } from 'svelte';
import App from '#app/App.svelte';
import { router } from '#lib/router.svelte.ts';
import '#lib/theme.svelte.ts'; // at once, whatever is opened later

const target = document.createElement('div');
target.id = 'app';
document.body.append(target);
router.start();
mount(App, { target });
