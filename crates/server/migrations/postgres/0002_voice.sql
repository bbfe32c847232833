-- What was heard in a voice note. The message's own text stays as it came: a binary that does not
-- know these columns reads a voice note without words, and asks to write.

ALTER TABLE messages ADD COLUMN transcript TEXT;
ALTER TABLE messages ADD COLUMN transcript_state TEXT;
