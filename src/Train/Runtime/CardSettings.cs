using System.Globalization;
using PPYolo.Align;
using TorchSharp;

namespace PPYolo.Train.Runtime;

/// <summary>
/// How this process computes on cards. libtorch by itself lets convolutions take TF32, which is 1e-3 off, and cuDNN choose algorithms that
/// add in any order.
/// </summary>
/// <param name="Name">The card: its name, compute capability, driver, CUDA runtime and cuDNN.</param>
/// <param name="Tf32">Whether convolutions and matrix products may take TF32: off, on, or what else decides.</param>
/// <param name="Undetermined">What keeps runs from being equal bit for bit; empty where all is set.</param>
public sealed record CardSettings(string Name, string Tf32, IReadOnlyList<string> Undetermined)
{
    /// <summary>The name under which environment files say whether TF32 is on.</summary>
    internal const string Tf32Fact = "tf32";

    /// <summary>The name under which environment files name the card.</summary>
    internal const string DeviceFact = "device";

    private const string Workspace = "CUBLAS_WORKSPACE_CONFIG";

    // With one of these cuBLAS gives the same bits each time.
    private static readonly string[] Workspaces = [":4096:8", ":16:8"];

    // libtorch reads either: the second is its newer name.
    private static readonly string[] Allocators = ["PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF"];

    // Over the program's own word: libraries and libtorch read them where it says nothing to them.
    private static readonly string[] Overrides = ["NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"];

    /// <summary>Those of this process; null where it computes on the CPU.</summary>
    public static CardSettings? Current { get; private set; }

    /// <summary>Whether this program allows TF32, whatever stands above it.</summary>
    internal bool AllowsTf32 => Tf32.StartsWith("on", StringComparison.Ordinal);

    /// <summary>What environment files and goldens say, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Facts =>
        [
            new(DeviceFact, Name),
            new(Tf32Fact, Tf32),
            new("determinism", Undetermined.Count == 0 ? "set" : $"not set: {string.Join(", ", Undetermined)}"),
        ];

    /// <summary>The same on one line.</summary>
    public override string ToString() => $"{Name}, TF32 {Tf32}, determinism {Facts.Last().Value}";

    /// <summary>Sets up this process for a card. Call it before anything is computed.</summary>
    /// <param name="device">cuda or cuda:K.</param>
    /// <param name="tf32">Whether TF32 is allowed.</param>
    /// <param name="warn">Told of environment variables that stand above what is set.</param>
    /// <param name="ranks">Ranks on this machine that this process starts, each with a card of its own.</param>
    /// <exception cref="AlignException">There is no such card, or there are too few; the message says why.</exception>
    public static torch.Device Prepare(string device, bool tf32, Action<string> warn, int ranks = 1)
    {
        Current = Prepare(device, tf32, warn, new CudaDriver(), ranks);
        return torch.device(device);
    }

    internal static CardSettings Prepare(string device, bool tf32, Action<string> warn, ICudaDriver driver, int ranks = 1)
    {
        var index = Index(device);
        if (!driver.IsBuiltIn)
        {
            throw new AlignException(
                $"--device {device}: this program was built without CUDA; build it with -p:TorchBackend=cuda, or leave --device away"
            );
        }

        if (!driver.HasDriver)
        {
            throw new AlignException($"--device {device}: this machine has no CUDA driver; install NVIDIA's, or leave --device away");
        }

        // cuBLAS reads it once, when it begins.
        var workspace = driver.Variable(Workspace);
        if (workspace is null)
        {
            driver.SetVariable(Workspace, Workspaces[0]);
        }

        // So is this. Maps of other sizes in each iteration would leave holes in the memory otherwise.
        if (Allocators.All(name => driver.Variable(name) is null))
        {
            driver.SetVariable(Allocators[0], "expandable_segments:True");
        }

        var cards = driver.Start();
        RequireCard(device, index, cards, driver);
        if (index + ranks > cards)
        {
            throw new AlignException(
                $"--device {device}: expected a card for each of {ranks} ranks, found {cards - index} from cuda:{index} on; ask for no "
                    + $"more "
                    + $"ranks than cards, since two on one card would wait for each other for ever"
            );
        }

        driver.AllowTf32(tf32);
        List<string> undetermined =
        [
            .. driver.ChooseDeterministic() ? Array.Empty<string>() : ["cuDNN's choice of algorithms could not be set"],
            .. workspace is null || Workspaces.Contains(workspace) ? Array.Empty<string>() : [$"{Workspace} is {workspace}"],
        ];
        var over = Overrides.Where(name => driver.Variable(name) is not null).Select(name => $"{name}={driver.Variable(name)}").ToList();
        foreach (var variable in over)
        {
            warn($"{variable} is set, which may decide on TF32 over this program; unset it, and --tf32 decides");
        }

        return new(driver.Describe(index), string.Join(", but ", [tf32 ? "on" : "off", .. over]), undetermined);
    }

    private static int Index(string device)
    {
        var parts = device.Split(':');
        var index = 0;
        return
            parts[0] == "cuda"
            && (
                parts.Length == 1
                || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))
            )
            ? index
            : throw new AlignException($"--device {device}: expected cpu, cuda or cuda:K");
    }

    private static void RequireCard(string device, int index, int cards, ICudaDriver driver)
    {
        var visible = driver.Variable("CUDA_VISIBLE_DEVICES");
        if (cards == 0)
        {
            throw new AlignException(
                visible is null
                    ? $"--device {device}: the driver finds no card that this program can use; see what nvidia-smi says"
                    : $"--device {device}: CUDA_VISIBLE_DEVICES='{visible}' hides every card; unset it, or name cards that are there"
            );
        }

        if (index >= cards)
        {
            throw new AlignException(
                $"--device {device}: expected 0 to {cards - 1}, since {cards} {(cards == 1 ? "card is" : "cards are")} visible"
                    + (visible is null ? "" : $" (CUDA_VISIBLE_DEVICES={visible})")
            );
        }
    }
}
