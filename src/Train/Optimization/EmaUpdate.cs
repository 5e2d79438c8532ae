using System.Numerics;
using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Train.Optimization;

/// <summary>
/// One tensor's step of <see cref="ExponentialMovingAverage"/>: both products and the sum are rounded, as the reference does.
/// </summary>
internal sealed unsafe class EmaUpdate(Tensor average, Tensor value, float decay, float share) : ElementwiseUpdate
{
    private float* averageStart,
        valueStart;

    private (float Decay, float Share) Numbers => (decay, share);

    /// <summary>Runs updates of different tensors.</summary>
    public static void Run(IReadOnlyList<EmaUpdate> updates) => Run(updates, RunTorch);

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

    private static void RunTorch(IReadOnlyList<EmaUpdate> updates)
    {
        foreach (var alike in updates.GroupBy(update => update.Numbers))
        {
            var averages = All(alike, 0);
            TensorLists.Multiply(averages, alike.Key.Decay);
            TensorLists.Add(averages, TensorLists.Times(All(alike, 1), alike.Key.Share));
        }
    }
}
