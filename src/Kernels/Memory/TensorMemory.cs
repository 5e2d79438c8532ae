using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Memory;

/// <summary>Where tensors are in memory.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The address of a contiguous CPU tensor's first element; valid while the tensor lives.</summary>
    public static T* Address<T>(Tensor tensor)
        where T : unmanaged
    {
        if (tensor.numel() <= int.MaxValue / sizeof(T))
        {
            return AddressOfSmall<T>(tensor);
        }

        // A span ends at 2 GB; one over the first element starts at the same address.
        using var noGrad = no_grad();
        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);
        return AddressOfSmall<T>(first);
    }

    /// <summary>Whether it is a contiguous float32 tensor on the CPU, which kernels may compute with.</summary>
    public static bool IsPlain(Tensor tensor) => CpuPath.HasKernels(tensor) && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous();

    /// <summary>(B,C,H,W) to a contiguous (B,H,W,C) without gradients; free where the memory is laid out so already.</summary>
    public static Tensor ChannelsLast(Tensor map)
    {
        using var detached = map.detach();
        using var view = detached.permute(0, 2, 3, 1);
        return view.contiguous();
    }

    private static T* AddressOfSmall<T>(Tensor tensor)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
