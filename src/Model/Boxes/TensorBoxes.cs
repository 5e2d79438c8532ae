using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Model.Boxes;

/// <summary>Boxes by their corners, each coordinate a tensor of the same shape.</summary>
internal sealed record TensorBoxes(Tensor Left, Tensor Top, Tensor Right, Tensor Bottom)
{
    private const double Epsilon = 1e-9;

    public static TensorBoxes FromCentres(Tensor x, Tensor y, Tensor width, Tensor height)
    {
        Tensor halfWidth = width * Scalars.Of(0.5),
            halfHeight = height * Scalars.Of(0.5);
        return new(x - halfWidth, y - halfHeight, x.Plus(halfWidth), y.Plus(halfHeight));
    }

    /// <summary>The IoU of boxes at the same place of both; union with 1e-9 added.</summary>
    public Tensor Iou(TensorBoxes other)
    {
        var overlap = Overlap(other);
        return overlap / (NotNegative(Area()).Plus(NotNegative(other.Area())) - overlap).Plus(Scalars.Of(Epsilon));
    }

    /// <summary>
    /// For boxes (B,A,g,g) and others (B,N), the largest IoU of each box with any of the others of its image. Work is done image by image,
    /// which keeps the pairs of one image in the cache.
    /// </summary>
    public Tensor BestIou(TensorBoxes others)
    {
        var best = new List<Tensor>();
        for (var image = 0; image < Left.shape[0]; image++)
        {
            using var scope = NewDisposeScope();
            var mine = Map(t => t[image].reshape(-1, 1));
            var theirs = others.Map(t => t[image].reshape(1, -1));
            var overlap = mine.Overlap(theirs);
            var union = mine.Area().Plus(theirs.Area()).sub_(overlap).Add(Scalars.Of(Epsilon));
            best.Add(overlap.div_(union).amax([1]).MoveToOuterDisposeScope());
        }

        return stack(best).view(Left.shape);
    }

    private TensorBoxes Map(Func<Tensor, Tensor> map) => new(map(Left), map(Top), map(Right), map(Bottom));

    private Tensor Area() => (Right - Left) * (Bottom - Top);

    private Tensor Overlap(TensorBoxes other) =>
        NotNegative(minimum(Right, other.Right) - maximum(Left, other.Left))
        * NotNegative(minimum(Bottom, other.Bottom) - maximum(Top, other.Top));

    private static Tensor NotNegative(Tensor values) => values.clamp(min: Scalars.Of(0));
}
