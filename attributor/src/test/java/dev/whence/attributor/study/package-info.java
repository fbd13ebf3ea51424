@NullMarked
package dev.whence.attributor.study;

import org.jspecify.annotations.NullMarked;
