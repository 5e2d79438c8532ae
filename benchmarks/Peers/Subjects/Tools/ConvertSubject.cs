using PPYolo.Peers.Measuring;
using PPYolo.Train.Conversion;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>ppyolo convert without its console.</summary>
internal sealed class ConvertSubject(string source, string target) : ISubject
{
    public void Run() => WeightConversion.Run(source, target);

    public void Dispose() => File.Delete(target);
}
