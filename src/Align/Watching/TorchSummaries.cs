using System.Runtime.InteropServices;
using PPYolo.Align.Sketching;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>Summaries of torch tensors.</summary>
public static class TorchSummaries
{
    /// <summary>
    /// Summarizes a tensor of any device, type and layout: as float32, in C order. One of a single element is the number itself.
    /// </summary>
    public static StripedSummary Of(Tensor tensor)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (tensor.numel() == 1)
        {
            return StripedSummary.Of(tensor.to(ScalarType.Float64).item<double>());
        }

        var host = tensor.detach().cpu().to(ScalarType.Float32).contiguous();
        return StripedSummary.Of(MemoryMarshal.Cast<byte, float>(host.bytes));
    }
}
