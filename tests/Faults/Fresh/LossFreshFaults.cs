using PPYolo.Kernels.Operations;
using PPYolo.Model.Head;
using PPYolo.Model.Networks;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Fresh;

/// <summary>Wrong losses.</summary>
internal static class LossFreshFaults
{
    private const int Score = 5;

    /// <summary>The size that the paper trains and tests at.</summary>
    private const double PaperSize = 608;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new(
            "objectness is to be the share of a mixed image, not 1",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new SoftObjects(options)),
            "1 loss loss_obj"
        ),
        new(
            "classes exclude each other",
            FaultFamily.Loss,
            PlantedFault.None,
            CopiedLoss.In(options => new Softmax(options)),
            "0 loss loss_cls"
        ),
        new(
            "losses divided by the number of objects, not of images",
            FaultFamily.Loss,
            [PlantedFault.None, "loss-scale"],
            new() { Parts = parts => parts with { Losses = (images, boxes, targets) => PerObject(parts, images, boxes, targets) } },
            "0 loss loss_xy"
        ),
        new(
            "logits of IoU awareness taken from the end of the output",
            FaultFamily.Loss,
            PlantedFault.None,
            Predictions((options, output) => output.roll(options.AnchorMasks[0].Length, 1)),
            "0 loss loss_xy"
        )
        {
            Case = BenchCase.Deformable,
        },
        new(
            "anchors divided by 608 at every size of images",
            FaultFamily.Loss,
            PlantedFault.None,
            new()
            {
                Parts = parts =>
                    parts with
                    {
                        Losses = (images, boxes, targets) =>
                            new YoloLoss(AtPaperSize(parts.Network.Options, images.shape[3])).Compute(
                                parts.Network.call(images),
                                boxes,
                                targets
                            ),
                    },
            },
            "0 loss loss_iou"
        ),
    ];

    /// <summary>The losses of other predictions than the network's.</summary>
    internal static Alteration Predictions(Func<NetworkOptions, Tensor, Tensor> change) =>
        new()
        {
            Parts = parts =>
            {
                var options = parts.Network.Options;
                var loss = new YoloLoss(options);
                return parts with
                {
                    Losses = (images, boxes, targets) =>
                        loss.Compute([.. parts.Network.call(images).Select(output => change(options, output))], boxes, targets),
                };
            },
        };

    private static LossTerms PerObject(StepParts parts, Tensor images, Tensor boxes, IReadOnlyList<Tensor> targets)
    {
        using var scope = NewDisposeScope();
        var objects = targets.Sum(target => target.select(2, Score).count_nonzero().item<long>());
        var share = Scalars.Of(images.shape[0] / (double)Math.Max(1, objects));
        var terms = parts.Losses(images, boxes, targets).Terms;
        return new LossTerms([.. terms.Select(term => (term.Name, term.Value * share))]).MoveToOuterDisposeScope();
    }

    private static NetworkOptions AtPaperSize(NetworkOptions options, long size) =>
        options with
        {
            Anchors =
            [
                .. options.Anchors.Select(anchor => new AnchorSize(anchor.Width * size / PaperSize, anchor.Height * size / PaperSize)),
            ],
        };

    private sealed class SoftObjects(NetworkOptions options) : CopiedLoss(options)
    {
        private Tensor? shares;

        protected override Tensor IouWeight(Tensor scale, Tensor score)
        {
            shares = score;
            return base.IouWeight(scale, score);
        }

        protected override Tensor ObjectLoss(Tensor logits, Tensor wanted) => Bce(logits, shares!);
    }

    private sealed class Softmax(NetworkOptions options) : CopiedLoss(options)
    {
        protected override Tensor ClassLoss(Tensor logits, Tensor wanted, Tensor score) =>
            score.unsqueeze(2) * (logits.log_softmax(2) * wanted).neg();
    }
}
