<?php
// What a web server's rewriting does: uploads and the tree's own files as they
// are, everything else by WordPress.
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$uploads = '/wp-content/uploads/';
if (strncmp($path, $uploads, strlen($uploads)) === 0 && strpos($path, '..') === false) {
	$file = getenv('SMMCTL_WP_UPLOADS') . '/' . substr($path, strlen($uploads));
	if (!is_file($file)) {
		http_response_code(404);
		return true;
	}
	header('Content-Type: ' . mime_content_type($file));
	readfile($file);
	return true;
}
if ($path !== '/' && is_file($_SERVER['DOCUMENT_ROOT'] . $path)) {
	return false;
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
