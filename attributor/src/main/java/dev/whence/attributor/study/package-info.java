/**
 * The study behind the published figures: images under perturbation, what older methods make of the same images, and the report of tables,
 * charts and pictures.
 */
@NullMarked
package dev.whence.attributor.study;

import org.jspecify.annotations.NullMarked;
