<?php
// No mail leaves, and uploads go into the running server's own folder.
add_filter('pre_wp_mail', '__return_true');
add_filter('upload_dir', function ($dir) {
	$dir['basedir'] = getenv('SMMCTL_WP_UPLOADS');
	$dir['baseurl'] = WP_HOME . '/wp-content/uploads';
	$dir['path']    = $dir['basedir'] . $dir['subdir'];
	$dir['url']     = $dir['baseurl'] . $dir['subdir'];
	return $dir;
});

// A request that publishes stops where a test wants it to, before the post is
// stored or right after, until the test has done its damage.
function smmctl_hold($where) {
	$file = getenv('SMMCTL_WP_DIR') . '/hold-' . $where;
	if (!file_exists($file)) {
		return;
	}
	touch(getenv('SMMCTL_WP_DIR') . '/reached-' . $where);
	for ($i = 0; $i < 6000 && file_exists($file); $i++) {
		usleep(10000);
		clearstatcache();
	}
}
add_filter('rest_pre_insert_post', function ($post) {
	if (($post->post_status ?? '') === 'publish') {
		smmctl_hold('before');
	}
	return $post;
});
add_action('rest_insert_post', function ($post) {
	if ($post->post_status === 'publish') {
		smmctl_hold('after');
	}
});

// An extension for editors' work, for posts whose title asks for it.
add_filter('wp_insert_post_data', function ($data) {
	if ($data['post_type'] === 'post' && $data['post_status'] === 'publish' && strpos($data['post_title'], 'For review:') === 0) {
		$data['post_status'] = 'pending';
	}
	return $data;
});
