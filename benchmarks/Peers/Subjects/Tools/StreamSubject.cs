using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PPYolo.Peers.Measuring;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>
/// The floor of optimizer and moving average: as many bytes read and written as they must, two reads for each write or nearly so, in long
/// arrays and with next to no arithmetic.
/// </summary>
internal sealed unsafe class StreamSubject : ISubject
{
    private const int Piece = 1 << 16;

    private readonly Tensor one,
        two,
        three;
    private readonly Tensor average,
        source;

    public StreamSubject(string weightsFile)
    {
        var (parameters, averaged) = UpdateWork.Elements(weightsFile);
        (one, two, three) = (ones(parameters), ones(parameters), ones(parameters));
        (average, source) = (ones(averaged), ones(averaged));
    }

    public void Run()
    {
        float* p = Address(one),
            g = Address(two),
            b = Address(three),
            e = Address(average),
            w = Address(source);
        ForEachPiece(one.numel(), (start, end) => Update(p, g, b, start, end));
        ForEachPiece(average.numel(), (start, end) => Average(e, w, start, end));
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { one, two, three, average, source })
        {
            tensor.Dispose();
        }
    }

    // SGD reads parameter, gradient and momentum and writes parameter and momentum. The smaller of equal numbers stays what it is, however
    // often.
    private static void Update(float* p, float* g, float* b, long start, long end)
    {
        for (var i = start; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            var momentum = Vector.Min(Vector.Load(b + i), Vector.Load(g + i));
            momentum.Store(b + i);
            Vector.Min(Vector.Load(p + i), momentum).Store(p + i);
        }
    }

    private static void Average(float* e, float* w, long start, long end)
    {
        for (var i = start; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Min(Vector.Load(e + i), Vector.Load(w + i)).Store(e + i);
        }
    }

    private static void ForEachPiece(long count, Action<long, long> work) =>
        Parallel.For(
            0,
            (count + Piece - 1) / Piece,
            new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() },
            piece => work(piece * Piece, Math.Min((piece + 1) * Piece, count))
        );

    private static float* Address(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
