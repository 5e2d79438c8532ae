using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Unit.Train.Runtime;

/// <summary>A driver of two cards, of which a test decides what it can; it notes what is asked of it.</summary>
internal sealed class StandInDriver : ICudaDriver
{
    public List<string> Calls { get; } = [];

    public Dictionary<string, string> Variables { get; } = [];

    public bool IsBuiltIn { get; set; } = true;

    public bool HasDriver { get; set; } = true;

    public int Cards { get; set; } = 2;

    public bool Chooses { get; set; } = true;

    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    public void SetVariable(string name, string value) => Calls.Add($"{name}={value}");

    public int Start()
    {
        Calls.Add("start");
        return Cards;
    }

    public string Describe(int index)
    {
        Calls.Add($"describe {index}");
        return $"Card {index}";
    }

    public void AllowTf32(bool allow) => Calls.Add($"TF32 {allow}");

    public bool ChooseDeterministic()
    {
        Calls.Add("deterministic");
        return Chooses;
    }
}
