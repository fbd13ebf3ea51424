/** How good attributions are against the truth, and the report that says so. */
@NullMarked
package dev.whence.attributor.evaluation;

import org.jspecify.annotations.NullMarked;
