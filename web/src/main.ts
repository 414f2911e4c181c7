import './tokens.css';
import './base.css';
import { mount } from 'svelte';
import App from '#app/App.svelte';
import { router } from '#lib/router.svelte.ts';

const target = document.createElement('div');
target.id = 'app';
document.body.append(target);
router.start();
mount(App, { target });
