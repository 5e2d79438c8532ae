using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Kinks;

/// <summary>
/// Looks for elements near kinks in what a thread computes: rectifiers after norms and residual sums, and max pools. It reads memory and
/// changes no bit; where nobody watches it costs nothing. Only float32 on the CPU is looked at.
/// </summary>
public sealed class KinkWatch : IDisposable
{
    [ThreadStatic]
    private static KinkWatch? current;

    private List<NearKinks> seen = [];

    private KinkWatch() { }

    /// <summary>Whether somebody watches this thread.</summary>
    internal static bool IsOn => current is not null;

    /// <summary>Watches this thread until the result is disposed.</summary>
    public static KinkWatch Begin() => current = new();

    /// <summary>What was seen since the last call, in order of execution.</summary>
    public IReadOnlyList<NearKinks> Take()
    {
        var taken = seen;
        seen = [];
        return taken;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        current = null;
        seen.ForEach(kinks => kinks.Dispose());
    }

    /// <summary>A rectifier of x * scale + shift, channel by channel.</summary>
    /// <param name="input">x, (B,C,H,W).</param>
    /// <param name="scale">(C).</param>
    /// <param name="shift">(C).</param>
    /// <param name="weight">The norm's, (C).</param>
    /// <param name="bias">The norm's, (C).</param>
    /// <param name="slope">The rectifier's slope below zero.</param>
    internal static void SeeNorm(Tensor input, Tensor scale, Tensor shift, Tensor weight, Tensor bias, float slope)
    {
        if (current is { } watch)
        {
            // Normalized values have mean 0 and variance 1, whatever the batch.
            var (gain, offset) = (weight.detach(), bias.detach());
            var size = Math.Sqrt(gain.mul(gain).Plus(offset.mul(offset)).mean().item<float>());
            watch.seen.Add(new(KinkScan.OfNorm(input, scale, shift, size), 1 - slope));
        }
    }

    /// <summary>A rectifier of values that are to be overwritten.</summary>
    internal static void SeeValues(Tensor values) => current?.seen.Add(new(KinkScan.OfValues(values), 1));

    /// <summary>A max pool over squares, whose gradient goes to the largest of each.</summary>
    internal static void SeePool(Tensor map, Tensor pooled, int size, int stride)
    {
        if (current is { } watch && pooled.requires_grad && TensorMemory.IsPlain(map))
        {
            var kept = pooled.alias().DetachFromDisposeScope();
            kept.retain_grad();
            // One element loses the gradient and another gets it.
            watch.seen.Add(new(TieScan.Of(map, pooled, size, stride), Math.Sqrt(2), kept));
        }
    }
}
