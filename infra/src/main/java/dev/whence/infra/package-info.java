/** The whence command line. */
@NullMarked
package dev.whence.infra;

import org.jspecify.annotations.NullMarked;
