using PPYolo.Kernels.Operations;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Model.Head;

/// <summary>
/// PP-YOLO's losses: YOLOv3's four, the squared IoU loss (arXiv:2007.12099, section 3.3) and the IoU-aware loss. Targets of a level with A
/// anchors and C classes are (B,A,6+C,g,g): x, y, w, h, box weight, score and classes.
/// </summary>
public sealed class YoloLoss(NetworkOptions options)
{
    /// <summary>Computes the losses.</summary>
    /// <param name="outputs">The head's raw outputs, coarsest first.</param>
    /// <param name="boxes">(B,N,4) ground truth as centre and size relative to the image; rows of zeros are none.</param>
    /// <param name="targets">The targets of each level.</param>
    public LossTerms Compute(IReadOnlyList<Tensor> outputs, Tensor boxes, IReadOnlyList<Tensor> targets)
    {
        // What a level computes on the way would otherwise take memory until the end of the backward pass, which keeps what it needs by
        // itself.
        using var scope = NewDisposeScope();
        var groundTruth = TensorBoxes.FromCentres(boxes.select(2, 0), boxes.select(2, 1), boxes.select(2, 2), boxes.select(2, 3));
        var sums = new SortedList<int, (string Name, Tensor Value)>();
        for (var level = 0; level < outputs.Count; level++)
        {
            var terms = Level(outputs[level], groundTruth, targets[level], level);
            for (var i = 0; i < terms.Count; i++)
            {
                sums[i] = level == 0 ? terms[i] : (terms[i].Name, sums[i].Value.Plus(terms[i].Value));
            }
        }

        return new LossTerms(sums.Values.ToList()).MoveToOuterDisposeScope();
    }

    private List<(string Name, Tensor Value)> Level(Tensor output, TensorBoxes groundTruth, Tensor target, int level)
    {
        using var scope = NewDisposeScope();
        long batch = output.shape[0],
            cells = output.shape[2],
            anchors = options.AnchorMasks[level].Length;
        var iouChannels = options.IouAware ? anchors : 0;
        var raw = output.narrow(1, iouChannels, output.shape[1] - iouChannels).view(batch, anchors, 5 + options.Classes, cells, cells);
        Tensor pw = raw.select(2, 2),
            ph = raw.select(2, 3),
            pobj = raw.select(2, 4),
            pcls = raw.narrow(2, 5, options.Classes);
        Tensor tx = target.select(2, 0),
            ty = target.select(2, 1),
            tw = target.select(2, 2),
            th = target.select(2, 3);
        Tensor tscale = target.select(2, 4),
            tobj = target.select(2, 5),
            tcls = target.narrow(2, 6, options.Classes);
        Scalar scale = Scalars.Of(options.ScaleXY),
            margin = Scalars.Of(0.5 * (options.ScaleXY - 1));
        var x = (raw.select(2, 0).sigmoid() * scale) - margin;
        var y = (raw.select(2, 1).sigmoid() * scale) - margin;
        var weight = tscale * tobj;
        var predicted = Decode(x, y, pw, ph, level, cells);
        var iou = predicted.Iou(Decode(tx, ty, tw, th, level, cells));
        var terms = new List<(string Name, Tensor Value)>
        {
            ("loss_xy", PerImage(weight * (x - tx).abs().Plus((y - ty).abs()))),
            ("loss_wh", PerImage(weight * (pw - tw).abs().Plus((ph - th).abs()))),
            ("loss_iou", PerImage(weight * (Scalars.One.Minus(iou * iou) * Scalars.Of(options.IouLossWeight)))),
        };
        if (options.IouAware)
        {
            var logits = output.narrow(1, 0, anchors);
            terms.Add(("loss_iou_aware", PerImage(tobj * (Bce(logits, iou.detach()) * Scalars.Of(options.IouAwareLossWeight)))));
        }

        var objectness = Bce(pobj, tobj.gt(Scalars.Of(0)).to(pobj.dtype));
        terms.Add(("loss_obj", PerImage(objectness * tobj.Plus(Negatives(predicted, groundTruth, tobj)))));
        terms.Add(("loss_cls", PerImage(tobj.unsqueeze(2) * Bce(pcls, tcls))));
        terms.ForEach(term => term.Value.MoveToOuterDisposeScope());
        return terms;
    }

    /// <summary>1 where there is no object and no box that the prediction overlaps by more than the threshold, else 0.</summary>
    private Tensor Negatives(TensorBoxes predicted, TensorBoxes groundTruth, Tensor tobj)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var best = predicted.BestIou(groundTruth);
        return (best.le(Scalars.Of(options.IgnoreThreshold)) & tobj.le(Scalars.Of(0))).to(tobj.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Cell-relative centres and logarithmic sizes to corners relative to the image.</summary>
    private TensorBoxes Decode(Tensor x, Tensor y, Tensor w, Tensor h, int level, long cells)
    {
        var index = Scalars.Range(cells, x.dtype, x.device);
        var sizes = options.AnchorsOf(level);
        var widths = tensor(sizes.Select(anchor => (float)anchor.Width).ToArray(), dtype: x.dtype, device: x.device).view(1, -1, 1, 1);
        var heights = tensor(sizes.Select(anchor => (float)anchor.Height).ToArray(), dtype: x.dtype, device: x.device).view(1, -1, 1, 1);
        Scalar count = Scalars.Of(cells),
            side = Scalars.Of((double)(options.Strides[level] * cells));
        return TensorBoxes.FromCentres(
            x.Plus(index.view(1, 1, 1, cells)) / count,
            y.Plus(index.view(1, 1, cells, 1)) / count,
            w.exp() * widths / side,
            h.exp() * heights / side
        );
    }

    private static Tensor Bce(Tensor logits, Tensor probabilities) =>
        nn.functional.binary_cross_entropy_with_logits(logits, probabilities, reduction: nn.Reduction.None);

    private static Tensor PerImage(Tensor loss) => loss.flatten(1).sum(1).mean();
}
