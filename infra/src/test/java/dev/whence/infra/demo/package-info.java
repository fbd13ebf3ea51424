/** The demo under test. */
@NullMarked
package dev.whence.infra.demo;

import org.jspecify.annotations.NullMarked;
