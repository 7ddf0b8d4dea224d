-- Every post that becomes readable is noted by the database itself, whoever made
-- it and whatever becomes of it: no answer that was lost can hide a publication.
CREATE TABLE smmctl_journal (
	n BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	post BIGINT UNSIGNED NOT NULL,
	author BIGINT UNSIGNED NOT NULL,
	content LONGTEXT NOT NULL
) CHARACTER SET utf8mb4;
DELIMITER //
CREATE TRIGGER smmctl_insert AFTER INSERT ON wp_posts FOR EACH ROW
BEGIN
	IF NEW.post_type = 'post' AND NEW.post_status = 'publish' THEN
		INSERT INTO smmctl_journal (post, author, content) VALUES (NEW.ID, NEW.post_author, NEW.post_content);
	END IF;
END//
CREATE TRIGGER smmctl_update AFTER UPDATE ON wp_posts FOR EACH ROW
BEGIN
	IF NEW.post_type = 'post' AND NEW.post_status = 'publish' AND OLD.post_status <> 'publish' THEN
		INSERT INTO smmctl_journal (post, author, content) VALUES (NEW.ID, NEW.post_author, NEW.post_content);
	END IF;
END//
