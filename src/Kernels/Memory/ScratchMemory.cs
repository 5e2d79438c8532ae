using System.Runtime.InteropServices;

namespace PPYolo.Kernels.Memory;

/// <summary>Floats that one piece of work needs while it runs, taken a part after the other; their contents are undefined.</summary>
internal sealed unsafe class ScratchMemory : IDisposable
{
    private const int Line = 64;

    private readonly float* start;
    private float* next;
    private readonly float* end;

    /// <summary>Reserves memory for parts of these sizes.</summary>
    public ScratchMemory(params ReadOnlySpan<long> parts)
    {
        nuint bytes = 0;
        foreach (var part in parts)
        {
            bytes += Size(part);
        }

        start = next = (float*)NativeMemory.AlignedAlloc(bytes, Line);
        end = start + (bytes / sizeof(float));
    }

    /// <summary>The next part, at the beginning of a cache line.</summary>
    public float* Take(long floats)
    {
        var part = next;
        next += Size(floats) / sizeof(float);
        return next <= end ? part : throw new InvalidOperationException($"scratch memory ends {next - end} floats too early");
    }

    /// <summary>Begins with the first part again.</summary>
    public void Reset() => next = start;

    /// <inheritdoc />
    public void Dispose() => NativeMemory.AlignedFree(start);

    private static nuint Size(long floats) => (nuint)(((floats * sizeof(float)) + Line - 1) / Line * Line);
}
