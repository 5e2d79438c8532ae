using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Groups;

/// <summary>What the user asked for.</summary>
/// <param name="Rounds">Rounds of each contest.</param>
/// <param name="Threads">Threads of every contestant.</param>
/// <param name="Size">The side of the images in pixels.</param>
/// <param name="Batch">Images in a step.</param>
/// <param name="Python">The Python programs.</param>
/// <param name="Folder">A folder for files, removed at the end.</param>
internal sealed record MeasuringPlan(int Rounds, int Threads, int Size, int Batch, PythonScripts Python, string Folder)
{
    public string PathOf(string name) => Path.Combine(Folder, name);
}
