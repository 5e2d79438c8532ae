using PPYolo.Kernels.Operations;
using PPYolo.Model.Boxes;
using PPYolo.Model.Head;
using PPYolo.Model.Networks;
using PPYolo.Train.Stepping;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults.Blind;

/// <summary>The losses as a porter writes them down from the reference, bit by bit the same; faults are overrides.</summary>
internal class CopiedLoss(NetworkOptions options)
{
    private const double Epsilon = 1e-9;

    /// <summary>A training with a copy of the losses in the place of its own.</summary>
    public static Alteration In(Func<NetworkOptions, CopiedLoss> copy) =>
        new()
        {
            Parts = parts =>
            {
                var loss = copy(parts.Network.Options);
                return parts with { Losses = (images, boxes, targets) => loss.Compute(parts.Network.call(images), boxes, targets) };
            },
        };

    private LossTerms Compute(IReadOnlyList<Tensor> outputs, Tensor boxes, IReadOnlyList<Tensor> targets)
    {
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

    protected virtual Tensor CentreLoss(Tensor found, Tensor wanted) => (found - wanted).abs();

    protected virtual Tensor SizeLoss(Tensor found, Tensor wanted) => (found - wanted).abs();

    protected virtual Tensor Iou(TensorBoxes found, TensorBoxes wanted) => found.Iou(wanted);

    protected virtual Tensor IouLoss(Tensor iou, TensorBoxes found, TensorBoxes wanted) => Scalars.One.Minus(iou * iou);

    protected virtual Tensor IouWeight(Tensor scale, Tensor score) => scale * score;

    protected virtual Tensor IouAwareLoss(Tensor logits, Tensor iou) => Bce(logits, iou.detach());

    protected virtual Tensor ObjectLoss(Tensor logits, Tensor wanted) => Bce(logits, wanted);

    protected virtual Tensor ClassLoss(Tensor logits, Tensor wanted, Tensor score) => score.unsqueeze(2) * Bce(logits, wanted);

    protected virtual Tensor BestIou(TensorBoxes found, TensorBoxes groundTruth) => found.BestIou(groundTruth);

    /// <summary>What x and what y of a cell's index is added.</summary>
    protected virtual (Tensor X, Tensor Y) Indices(Tensor index, long cells) => (index.view(1, 1, 1, cells), index.view(1, 1, cells, 1));

    protected static Tensor Bce(Tensor logits, Tensor probabilities) =>
        nn.functional.binary_cross_entropy_with_logits(logits, probabilities, reduction: nn.Reduction.None);

    protected static Tensor NotNegative(Tensor values) => values.clamp(min: Scalars.Of(0));

    protected static Tensor Area(TensorBoxes boxes) => (boxes.Right - boxes.Left) * (boxes.Bottom - boxes.Top);

    protected static Tensor Overlap(TensorBoxes a, TensorBoxes b) =>
        NotNegative(minimum(a.Right, b.Right) - maximum(a.Left, b.Left)) * NotNegative(minimum(a.Bottom, b.Bottom) - maximum(a.Top, b.Top));

    protected static Tensor Union(TensorBoxes a, TensorBoxes b, Tensor overlap) =>
        (NotNegative(Area(a)).Plus(NotNegative(Area(b))) - overlap).Plus(Scalars.Of(Epsilon));

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
        TensorBoxes predicted = Decode(x, y, pw, ph, level, cells),
            wanted = Decode(tx, ty, tw, th, level, cells);
        var iou = Iou(predicted, wanted);
        var iouLoss = IouLoss(iou, predicted, wanted) * Scalars.Of(options.IouLossWeight);
        var terms = new List<(string Name, Tensor Value)>
        {
            ("loss_xy", PerImage(weight * CentreLoss(x, tx).Plus(CentreLoss(y, ty)))),
            ("loss_wh", PerImage(weight * SizeLoss(pw, tw).Plus(SizeLoss(ph, th)))),
            ("loss_iou", PerImage(IouWeight(tscale, tobj) * iouLoss)),
        };
        if (options.IouAware)
        {
            var aware = IouAwareLoss(output.narrow(1, 0, anchors), iou) * Scalars.Of(options.IouAwareLossWeight);
            terms.Add(("loss_iou_aware", PerImage(tobj * aware)));
        }

        var objectness = ObjectLoss(pobj, tobj.gt(Scalars.Of(0)).to(pobj.dtype));
        terms.Add(("loss_obj", PerImage(objectness * tobj.Plus(Negatives(predicted, groundTruth, tobj)))));
        terms.Add(("loss_cls", PerImage(ClassLoss(pcls, tcls, tobj))));
        terms.ForEach(term => term.Value.MoveToOuterDisposeScope());
        return terms;
    }

    private Tensor Negatives(TensorBoxes predicted, TensorBoxes groundTruth, Tensor tobj)
    {
        using var noGrad = no_grad();
        var best = BestIou(predicted, groundTruth);
        return (best.le(Scalars.Of(options.IgnoreThreshold)) & tobj.le(Scalars.Of(0))).to(tobj.dtype);
    }

    private TensorBoxes Decode(Tensor x, Tensor y, Tensor w, Tensor h, int level, long cells)
    {
        var (across, down) = Indices(Scalars.Range(cells, x.dtype, x.device), cells);
        var sizes = options.AnchorsOf(level);
        var widths = tensor(sizes.Select(anchor => (float)anchor.Width).ToArray()).view(1, -1, 1, 1);
        var heights = tensor(sizes.Select(anchor => (float)anchor.Height).ToArray()).view(1, -1, 1, 1);
        Scalar count = Scalars.Of(cells),
            side = Scalars.Of((double)(options.Strides[level] * cells));
        return TensorBoxes.FromCentres(x.Plus(across) / count, y.Plus(down) / count, w.exp() * widths / side, h.exp() * heights / side);
    }

    private static Tensor PerImage(Tensor loss) => loss.flatten(1).sum(1).mean();
}
