using System.Numerics;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>One tensor's step of <see cref="ExponentialMovingAverage"/>: both products and the sum are rounded, as the reference does.</summary>
internal sealed unsafe class EmaUpdate(Tensor average, Tensor value, float decay, float share) : ElementwiseUpdate
{
    private float* e, w;

    protected override IReadOnlyList<Tensor> Tensors => [average, value];

    protected override void Pin()
    {
        e = Address(average);
        w = Address(value);
    }

    protected override void RunPiece(long start, int length)
    {
        var end = start + length;
        var i = start;
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((Vector.Load(e + i) * decay) + (Vector.Load(w + i) * share)).Store(e + i);
        }

        for (; i < end; i++)
        {
            e[i] = (e[i] * decay) + (w[i] * share);
        }
    }

    protected override void RunTorch()
    {
        using var part = value * share;
        average.mul_(decay).add_(part);
    }
}
