using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PPYolo.Model.Layers;

/// <summary>Where tensors are in memory.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The address of a contiguous CPU tensor's first element; valid while the tensor lives.</summary>
    public static T* Address<T>(Tensor tensor) where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
