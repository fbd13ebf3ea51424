@NullMarked
package dev.whence.stream.engine;

import org.jspecify.annotations.NullMarked;
