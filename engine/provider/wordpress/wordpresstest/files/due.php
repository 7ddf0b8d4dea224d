<?php
// The moment has come at which a scheduled post is to be published.
require $argv[1] . '/wp-load.php';
wp_clear_scheduled_hook('publish_future_post', array((int) $argv[2]));
wp_schedule_single_event(time() - 1, 'publish_future_post', array((int) $argv[2]));
