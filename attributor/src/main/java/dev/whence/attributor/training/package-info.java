/** Training of the attribution network in Java, and its export to ONNX. */
@NullMarked
package dev.whence.attributor.training;

import org.jspecify.annotations.NullMarked;
