package dev.whence.attributor.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.loss.Loss;

/** What an encoder is trained for: what stands on top of it meanwhile, what that sees, and how wrong it is. */
sealed interface EncoderObjective {
    /**
     * How it is trained.
     *
     * @param views distorted forms of one image in a batch
     * @param batch images in a batch
     */
    record Recipe(int views, int batch, Augmentation augmentation, float learningRate, float weightDecay) {}

    /** From features to what the loss is of; left behind when the training is over. */
    Block head();

    Recipe recipe();

    /**
     * The loss of a batch, one number.
     *
     * @param output of the head: first one view of every image, then the next of every image
     * @param labels the images' classes
     */
    NDArray loss(NDArray output, int[] labels);

    /** @param classes number of classes, for a supervised encoder */
    static EncoderObjective of(EncoderKind kind, int classes) {
        return switch (kind) {
            case SUPERVISED -> new Classification(classes);
            case BARLOW_TWINS -> new BarlowTwins();
        };
    }

    /** Tells classes apart by one linear layer on the features. */
    record Classification(int classes) implements EncoderObjective {
        @Override
        public Block head() {
            return Linear.builder().setUnits(classes).build();
        }

        @Override
        public Recipe recipe() {
            return new Recipe(1, 64, Augmentation.MILD, 3e-3f, 0.05f);
        }

        @Override
        public NDArray loss(NDArray output, int[] labels) {
            float[] truth = new float[labels.length];
            for (int i = 0; i < labels.length; i++) {
                truth[i] = labels[i];
            }
            return Loss.softmaxCrossEntropyLoss()
                    .evaluate(new NDList(output.getManager().create(truth)), new NDList(output));
        }
    }

    /**
     * Barlow Twins (Zbontar et al. 2021): over a batch the projections of two views, each component at mean 0 and
     * deviation 1, shall correlate component by component, and no two components with each other.
     */
    record BarlowTwins() implements EncoderObjective {
        /** What a correlation of two components weighs beside a missing one of the same: the paper's lambda. */
        static final float REDUNDANCY = 0.005f;

        private static final int PROJECTION = 512;
        private static final float EPSILON = 1e-5f;

        @Override
        public Block head() {
            return new SequentialBlock()
                    .add(Linear.builder().setUnits(PROJECTION).optBias(false).build())
                    .add(BatchNorm.builder()
                            .optEpsilon(EPSILON)
                            .optMomentum(0.9f)
                            .build())
                    .add(Activation.reluBlock())
                    .add(Linear.builder().setUnits(PROJECTION).optBias(false).build());
        }

        @Override
        public Recipe recipe() {
            return new Recipe(2, 128, Augmentation.STRONG, 2e-3f, 1e-3f);
        }

        @Override
        public NDArray loss(NDArray output, int[] labels) {
            NDList views = output.split(2);
            NDArray first = standardised(views.get(0));
            NDArray second = standardised(views.get(1));
            NDArray correlation =
                    first.transpose().matMul(second).div(first.getShape().get(0));
            NDArray identity = output.getManager().eye((int) first.getShape().get(1));
            NDArray weights = identity.mul(1 - REDUNDANCY).add(REDUNDANCY);
            return correlation.sub(identity).square().mul(weights).sum();
        }

        private static NDArray standardised(NDArray view) {
            NDArray centred = view.sub(view.mean(new int[] {0}, true));
            NDArray variance = centred.square().mean(new int[] {0}, true);
            return centred.div(variance.add(EPSILON).sqrt());
        }
    }
}
