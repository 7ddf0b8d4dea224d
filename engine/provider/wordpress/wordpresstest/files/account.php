<?php
// Makes an account of a role with an application password and prints both.
require $argv[1] . '/wp-load.php';
$login = 'author-' . bin2hex(random_bytes(6));
$id = wp_insert_user(array(
	'user_login' => $login, 'user_pass' => bin2hex(random_bytes(16)), 'user_email' => $login . '@blog.test',
	'role' => $argv[2], 'display_name' => 'Acme Blog',
));
if (is_wp_error($id)) {
	fwrite(STDERR, $id->get_error_message());
	exit(1);
}
list($password) = WP_Application_Passwords::create_new_application_password($id, array('name' => 'smmctl'));
echo json_encode(array('id' => $id, 'login' => $login, 'password' => WP_Application_Passwords::chunk_password($password)));
