/** Images from files, folders and archives onto the stream. */
@NullMarked
package dev.whence.ingest;

import org.jspecify.annotations.NullMarked;
