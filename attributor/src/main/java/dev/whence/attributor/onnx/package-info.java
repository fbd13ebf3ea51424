/** ONNX graphs: built from their nodes, run through DJL. */
@NullMarked
package dev.whence.attributor.onnx;

import org.jspecify.annotations.NullMarked;
