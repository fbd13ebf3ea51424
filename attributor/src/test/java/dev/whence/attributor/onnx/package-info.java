@NullMarked
package dev.whence.attributor.onnx;

import org.jspecify.annotations.NullMarked;
