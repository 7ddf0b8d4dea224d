<?php
// Installs WordPress into an empty database, once for every server of the tests.
define('WP_INSTALLING', true);
require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Acme', 'admin', 'admin@blog.test', true, '', bin2hex(random_bytes(16)));
foreach (get_posts(array('post_status' => 'any', 'post_type' => array('post', 'page'), 'numberposts' => -1)) as $post) {
	wp_delete_post($post->ID, true);
}
global $wp_rewrite;
$wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%postname%/');
$wp_rewrite->flush_rules(false);
