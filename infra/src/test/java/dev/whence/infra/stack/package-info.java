@NullMarked
package dev.whence.infra.stack;

import org.jspecify.annotations.NullMarked;
