/** The study behind the published figures: images under perturbation, and what older methods make of the same images. */
@NullMarked
package dev.whence.attributor.study;

import org.jspecify.annotations.NullMarked;
