/** Debian's package; .ci/run installs it. Where it is not, the tests of this folder are left out. */
export const CHROMIUM = '/usr/bin/chromium';
