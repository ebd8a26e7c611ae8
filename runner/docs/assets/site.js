// Search, theme, charts and graph: the pages are whole without.
