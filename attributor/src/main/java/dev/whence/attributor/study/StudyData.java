package dev.whence.attributor.study;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.training.TrainingImages;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a study is made on.
 *
 * @param classes {@code real} first, then the known generators
 * @param images of the classes, split; the test part is kept
 * @param unknown images of generators that are no class, by name
 * @param designs of the classes: property to choice, by generator; may lack any
 */
public record StudyData(
        Reference reference,
        List<String> classes,
        TrainingImages images,
        SortedMap<String, List<CanonicalImage>> unknown,
        Map<String, Map<String, String>> designs) {

    /** The property that says what kind of generator it is. */
    public static final String FAMILY = "family";

    /** The family of a class; of {@code real}, and where none is known, its name. */
    String family(int label) {
        String name = classes.get(label);
        return designs.getOrDefault(name, Map.of()).getOrDefault(FAMILY, name);
    }
}
