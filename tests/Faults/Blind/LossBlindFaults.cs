using PPYolo.Kernels.Operations;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>Wrong losses.</summary>
internal static class LossBlindFaults
{
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "IoU's union without gradient",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new UnionDetached(options)),
            "0 backward yolo_head.yolo_output_1"
        ),
        new("GIoU for IoU", FaultFamily.Loss, PlantedFault.None, CopiedLoss.In(options => new Generalized(options)), "0 loss loss_iou"),
        new(
            "IoU loss without the square",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new NotSquared(options)),
            "0 loss loss_iou"
        ),
        new(
            "sizes of boxes by squared errors",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new SquaredSizes(options)),
            "0 loss loss_wh"
        ),
        new(
            "sigmoid twice in the objectness loss",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new SigmoidTwice(options)),
            "0 loss loss_obj"
        ),
        new(
            "class loss of empty cells too",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new ClassesEverywhere(options)),
            "0 loss loss_cls"
        ),
        new(
            "weight of small boxes left out of the IoU loss",
            FaultFamily.Loss,
            [PlantedFault.None, "box-weight-ignored"],
            CopiedLoss.In(options => new IouUnweighted(options)),
            "0 loss loss_iou"
        ),
        new(
            "ignore mask by the boxes of image 0",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new BoxesOfImage0(options)),
            "* loss loss_obj"
        )
        {
            Unmoved = "no empty cell's prediction overlaps a box of its image, or of image 0, by more than the ignore threshold",
        },
        new(
            "IoU awareness pulls the boxes",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new AwarenessNotDetached(options)),
            "0 backward yolo_head.yolo_output_2"
        )
        {
            Case = BenchCase.Deformable,
        },
    ];

    private sealed class UnionDetached(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor Iou(TensorBoxes found, TensorBoxes wanted)
        {
            var overlap = Overlap(found, wanted);
            return overlap / Union(found, wanted, overlap).detach();
        }
    }

    private sealed class Generalized(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor IouLoss(Tensor iou, TensorBoxes found, TensorBoxes wanted)
        {
            var union = Union(found, wanted, Overlap(found, wanted));
            var hull =
                (maximum(found.Right, wanted.Right) - minimum(found.Left, wanted.Left))
                * (maximum(found.Bottom, wanted.Bottom) - minimum(found.Top, wanted.Top));
            return Scalars.One.Minus(iou - ((hull - union) / hull.Plus(Scalars.Of(1e-9))));
        }
    }

    private sealed class NotSquared(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor IouLoss(Tensor iou, TensorBoxes found, TensorBoxes wanted) => Scalars.One.Minus(iou);
    }

    private sealed class SquaredSizes(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor SizeLoss(Tensor found, Tensor wanted) => (found - wanted) * (found - wanted);
    }

    private sealed class SigmoidTwice(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor ObjectLoss(Tensor logits, Tensor wanted) => Bce(logits.sigmoid(), wanted);
    }

    private sealed class ClassesEverywhere(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor ClassLoss(Tensor logits, Tensor wanted, Tensor score) => Bce(logits, wanted);
    }

    private sealed class IouUnweighted(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor IouWeight(Tensor scale, Tensor score) => score;
    }

    private sealed class BoxesOfImage0(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor BestIou(TensorBoxes found, TensorBoxes groundTruth) =>
            base.BestIou(found, new(First(groundTruth.Left), First(groundTruth.Top), First(groundTruth.Right), First(groundTruth.Bottom)));

        private static Tensor First(Tensor sides) => sides.narrow(0, 0, 1).expand(sides.shape);
    }

    private sealed class AwarenessNotDetached(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor IouAwareLoss(Tensor logits, Tensor iou) => Bce(logits, iou);
    }
}
