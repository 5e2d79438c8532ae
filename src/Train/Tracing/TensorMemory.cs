using System.Runtime.InteropServices;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using static TorchSharp.torch;

namespace PPYolo.Train.Tracing;

/// <summary>Reads and overwrites the elements of tensors without autograd's notice, maps with the channels innermost.</summary>
internal static class TensorMemory
{
    /// <summary>Summarizes a parameter, gradient or buffer in C order.</summary>
    public static StripedSummary Summary(Tensor tensor)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return tensor.numel() == 1 ? StripedSummary.Of(tensor.to(ScalarType.Float64).item<double>()) : Summarize(tensor.detach());
    }

    /// <summary>Summarizes a map (B,C,H,W) with the channels innermost, as convolutions lay it out; anything else in C order.</summary>
    public static StripedSummary MapSummary(Tensor map)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Summarize(ChannelsInnermost(map.detach()));
    }

    /// <summary>Overwrites the elements of a tensor in its own memory, so that what autograd knows of it stays.</summary>
    /// <exception cref="Align.AlignException">Shape or type differ.</exception>
    public static void Overwrite(string name, Tensor destination, TensorData value)
    {
        if (!value.Shape.AsSpan().SequenceEqual(destination.shape) || value.Type != TorchTensors.ElementTypeOf(destination))
        {
            throw new Align.AlignException($"'{name}': expected a tensor of shape {string.Join('x', destination.shape)} to put in its place, found {value}");
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (target, source) = (destination.detach(), value.ToTorch());
        if (!target.is_contiguous())
        {
            (target, source) = (ChannelsInnermost(target), ChannelsInnermost(source).contiguous());
        }

        if (!target.is_contiguous())
        {
            throw new Align.AlignException($"'{name}': its layout in memory is neither C order nor channels innermost; it cannot be overwritten");
        }

        source.bytes.CopyTo(target.bytes);
    }

    private static Tensor ChannelsInnermost(Tensor map) => map.shape.Length == 4 ? map.permute(0, 2, 3, 1) : map;

    private static StripedSummary Summarize(Tensor tensor)
    {
        var host = tensor.cpu().to(ScalarType.Float32).contiguous();
        return StripedSummary.Of(MemoryMarshal.Cast<byte, float>(host.bytes));
    }
}
