/** "Firefox on Linux", of what a browser says of itself; of other programs their names. */
export function programOf(agent: string | null): string {
	if (!agent) return 'Unknown program';
	const browser = [
		[/\bEdg\//, 'Edge'],
		[/\bOPR\//, 'Opera'],
		[/\bFirefox\//, 'Firefox'],
		[/\b(HeadlessChrome|Chrome|Chromium)\//, 'Chrome'],
		[/\bSafari\//, 'Safari']
	].find(([pattern]) => (pattern as RegExp).test(agent))?.[1] as string | undefined;
	if (!browser) return agent.split(/[\s(]/)[0]!.replace('/', ' ');
	const system = [
		[/\bAndroid\b/, 'Android'],
		[/\b(iPhone|iPad)\b/, 'iOS'],
		[/\bWindows\b/, 'Windows'],
		[/\bMac OS X\b/, 'macOS'],
		[/\bLinux\b/, 'Linux']
	].find(([pattern]) => (pattern as RegExp).test(agent))?.[1] as string | undefined;
	return system ? `${browser} on ${system}` : browser;
}
