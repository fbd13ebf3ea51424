@NullMarked
package dev.whence.attributor.evaluation;

import org.jspecify.annotations.NullMarked;
