using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PPYolo.Train.Runtime;

/// <summary>Where tensors lie, for libraries that are handed addresses.</summary>
internal static partial class DeviceMemory
{
    /// <summary>The address of a contiguous tensor's first element, on whatever device.</summary>
    public static nint Address(Tensor tensor) => Data(tensor.Handle);

    /// <summary>The bytes of a contiguous tensor.</summary>
    public static long Length(Tensor tensor) => tensor.numel() * tensor.element_size();

    // TorchSharp hands out the addresses of the CPU's memory alone, but has the function.
    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint Data(nint tensor);
}
