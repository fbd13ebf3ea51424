@NullMarked
package dev.whence.vectorstore;

import org.jspecify.annotations.NullMarked;
