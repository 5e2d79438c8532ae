using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Deformable;

/// <summary>Where samples fall along one axis: both neighbours, and the weight of each.</summary>
/// <param name="Neighbours">(B,rows,columns,9): whole numbers, counted in the image with a ring of one pixel around it.</param>
internal sealed record CornerAxis((Tensor Index, Tensor Weight)[] Neighbours)
{
    /// <summary>Finds the neighbours before anything is rounded.</summary>
    /// <param name="offset">(B,rows,columns,9).</param>
    /// <param name="cell">The place of each output cell.</param>
    /// <param name="tap">0 to 2 for each kernel point; 1 is the cell's own place.</param>
    /// <param name="extent">Pixels of the image.</param>
    public static CornerAxis Of(Tensor offset, Tensor cell, Tensor tap, long extent)
    {
        // Beyond the limits both neighbours are outside, so that the gradient is 0 there as well. A NaN stays, and shows in the result.
        var place = cell.Plus(tap).Plus(Scalars.Of(-1)).Plus(offset).clamp(Scalars.Of(-2), Scalars.Of(extent + 1));
        var first = place.detach().floor();
        var past = place - first;
        return new([(Index(first), Scalars.One.Minus(past)), (Index(first.Plus(Scalars.One)), past)]);

        Tensor Index(Tensor corner) =>
            corner.nan_to_num(-2).clamp(Scalars.Of(-1), Scalars.Of(extent)).to(ScalarType.Int64).Plus(Scalars.One);
    }
}
