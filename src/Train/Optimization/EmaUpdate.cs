using System.Numerics;
using PPYolo.Kernels.Operations;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>
/// One tensor's step of <see cref="ExponentialMovingAverage"/>: both products and the sum are rounded, as the reference does.
/// </summary>
internal sealed unsafe class EmaUpdate(Tensor average, Tensor value, float decay, float share) : ElementwiseUpdate
{
    private float* averageStart,
        valueStart;

    protected override IReadOnlyList<Tensor> Tensors => [average, value];

    protected override void Pin()
    {
        averageStart = Address(average);
        valueStart = Address(value);
    }

    protected override void RunPiece(long start, int length)
    {
        // Locals stay in registers; fields would be read again after every store, which may be to them for all the compiler knows.
        float* e = averageStart + start,
            w = valueStart + start;
        var (kept, taken) = (new Vector<float>(decay), new Vector<float>(share));
        var i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((Vector.Load(e + i) * kept) + (Vector.Load(w + i) * taken)).Store(e + i);
        }

        for (; i < length; i++)
        {
            e[i] = (e[i] * decay) + (w[i] * share);
        }
    }

    protected override void RunTorch()
    {
        using Scalar kept = decay,
            taken = share;
        using var part = value * taken;
        average.mul_(kept).Add(part);
    }
}
