using PPYolo.Align.Tensors;

namespace PPYolo.Align.Sketching;

/// <summary>What remains of a tensor when its values are not kept: norms and a <see cref="Sketch"/>, all accumulated in float64.</summary>
/// <param name="L2">The Euclidean norm.</param>
/// <param name="Mean">The mean of the elements; 0 for an empty tensor.</param>
/// <param name="AbsMax">The largest magnitude; NaN where an element is NaN.</param>
/// <param name="NonFinite">How many elements are NaN or infinite.</param>
/// <param name="Sketch">The 64 random sign sums.</param>
public sealed record TensorSummary(double L2, double Mean, double AbsMax, long NonFinite, Sketch Sketch)
{
    /// <summary>Summarizes a tensor of any element type.</summary>
    /// <param name="name">The tensor's state_dict key, which selects the signs of its sketch.</param>
    /// <param name="tensor">The tensor.</param>
    public static TensorSummary Of(string name, TensorData tensor)
    {
        var sums = SummaryKernel.Run(name, tensor);
        var count = Math.Max(1, tensor.Count);
        return new(Math.Sqrt(sums.Squares), sums.Total / count, sums.AbsMax, sums.NonFinite, new Sketch(sums.Signed));
    }
}
