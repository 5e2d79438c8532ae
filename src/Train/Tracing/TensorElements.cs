using PPYolo.Align;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Watching;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>Reads and overwrites the elements of tensors without autograd's notice.</summary>
internal static class TensorElements
{
    /// <summary>Summarizes a tensor in C order, whatever its layout in memory.</summary>
    public static StripedSummary Summary(Tensor tensor) => TorchSummaries.Of(tensor);

    /// <summary>Overwrites the elements of a tensor in its own memory, so that what autograd knows of it stays.</summary>
    /// <exception cref="AlignException">Shape or type differ.</exception>
    public static void Overwrite(string name, Tensor destination, TensorData value)
    {
        if (!value.Shape.AsSpan().SequenceEqual(destination.shape) || value.Type != TorchTensors.ElementTypeOf(destination))
        {
            throw new AlignException(
                $"'{name}': expected a tensor of shape {string.Join('x', destination.shape)} to put in its place, found {value}"
            );
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var target = destination.detach();
        if (!target.is_contiguous())
        {
            throw new AlignException($"'{name}': its layout in memory is not C order; it cannot be overwritten");
        }

        value.Bytes.Span.CopyTo(target.bytes);
    }
}
