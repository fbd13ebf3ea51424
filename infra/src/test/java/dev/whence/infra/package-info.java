/** The command line under test. */
@NullMarked
package dev.whence.infra;

import org.jspecify.annotations.NullMarked;
