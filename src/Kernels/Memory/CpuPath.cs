using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Memory;

/// <summary>
/// Whether a tensor takes the short way that only the CPU has: this project's kernels, and memory that is read where it is. A test closes
/// it, so that what a card runs can be run without one; everything else asks here and not the tensor.
/// </summary>
internal static class CpuPath
{
    private static volatile bool hasKernels = true,
        hasMemory = true;

    /// <summary>Whether kernels may compute with it.</summary>
    public static bool HasKernels(Tensor tensor) => hasKernels && tensor.device_type == DeviceType.CPU;

    /// <summary>Whether its memory may be read and written where it is.</summary>
    public static bool HasMemory(Tensor tensor) => hasMemory && tensor.device_type == DeviceType.CPU;

    /// <summary>Closes the way for the whole process until what is returned is disposed of.</summary>
    /// <param name="kernels">Whether operators that every device has are taken for kernels.</param>
    /// <param name="memory">Whether tensors that ranks exchange go through a copy.</param>
    public static IDisposable Close(bool kernels, bool memory)
    {
        (hasKernels, hasMemory) = (!kernels, !memory);
        return new Closed();
    }

    private sealed class Closed : IDisposable
    {
        public void Dispose() => (hasKernels, hasMemory) = (true, true);
    }
}
