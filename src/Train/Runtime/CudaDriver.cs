using System.Runtime.InteropServices;
using PPYolo.Align;
using PPYolo.Align.Golden;
using TorchSharp;

namespace PPYolo.Train.Runtime;

/// <summary>libtorch and the driver of this machine.</summary>
internal sealed unsafe partial class CudaDriver : ICudaDriver
{
    /// <inheritdoc />
    public bool IsBuiltIn => NativeLibrary.TryLoad("torch_cuda", typeof(torch).Assembly, null, out _);

    /// <inheritdoc />
    public bool HasDriver => NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1", out _);

    /// <inheritdoc />
    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    /// <inheritdoc />
    public void SetVariable(string name, string value) => NativeEnvironment.Set(name, value);

    /// <inheritdoc />
    public int Start() => torch.TryInitializeDeviceType(DeviceType.CUDA) ? torch.cuda.device_count() : 0;

    /// <inheritdoc />
    public string Describe(int index) => CardDescription.Of(index);

    /// <summary>What tells a card from all others, however few of them a process sees.</summary>
    public static string Identify(int index)
    {
        try
        {
            Span<byte> id = stackalloc byte[16];
            fixed (byte* bytes = id)
            {
                return Initialize(0) == 0 && GetDevice(out var device, index) == 0 && GetIdentity(bytes, device) == 0
                    ? $"GPU-{new Guid(id, bigEndian: true)}"
                    : $"cuda:{index}";
            }
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return $"cuda:{index}";
        }
    }

    /// <summary>
    /// Makes a card this thread's current one, as NCCL needs it: its primary context, which is libtorch's too.
    /// </summary>
    public static void MakeCurrent(int index)
    {
        if (GetDevice(out var device, index) != 0 || RetainContext(out var context, device) != 0 || SetContext(context) != 0)
        {
            throw new AlignException($"cuda:{index}: the driver does not make it the current card");
        }
    }

    /// <inheritdoc />
    public void AllowTf32(bool allow)
    {
        torch.backends.cuda.matmul.allow_tf32 = allow;
        torch.backends.cudnn.allow_tf32 = allow;
    }

    /// <inheritdoc />
    public bool ChooseDeterministic()
    {
        try
        {
            var context = GlobalContext();
            SetDeterministicCuDnn(context, 1);
            SetBenchmarkCuDnn(context, 0);
            // What has no deterministic form is warned of by libtorch. Memory is not filled: nothing here reads what it did not write.
            SetDeterministicAlgorithms(context, 1, warnOnly: 1);
            SetFillMemory(context, 0);
            return DeterministicCuDnn(context) != 0 && BenchmarkCuDnn(context) == 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another compiler's names than those of Linux.
            return false;
        }
    }

    // TorchSharp has none of these; libtorch exports them from its C++ interface, ATen/Context.h.
    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint GlobalContext();

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context21setDeterministicCuDNNEb")]
    private static partial void SetDeterministicCuDnn(nint context, byte value);

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context17setBenchmarkCuDNNEb")]
    private static partial void SetBenchmarkCuDnn(nint context, byte value);

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context26setDeterministicAlgorithmsEbb")]
    private static partial void SetDeterministicAlgorithms(nint context, byte value, byte warnOnly);

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb")]
    private static partial void SetFillMemory(nint context, byte value);

    [LibraryImport("torch_cpu", EntryPoint = "_ZNK2at7Context18deterministicCuDNNEv")]
    private static partial byte DeterministicCuDnn(nint context);

    [LibraryImport("torch_cpu", EntryPoint = "_ZNK2at7Context14benchmarkCuDNNEv")]
    private static partial byte BenchmarkCuDnn(nint context);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuInit")]
    private static partial int Initialize(uint flags);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGet")]
    private static partial int GetDevice(out int device, int index);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGetUuid")]
    private static partial int GetIdentity(byte* id, int device);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int RetainContext(out nint context, int device);

    [LibraryImport("libcuda.so.1", EntryPoint = "cuCtxSetCurrent")]
    private static partial int SetContext(nint context);
}
