using PPYolo.Model;
using PPYolo.Model.Neck;
using TorchSharp;
using static PPYolo.Train.Inference.Export.LayerWriter;
using static PPYolo.Train.Inference.Export.OnnxGraph;

namespace PPYolo.Train.Inference.Export;

/// <summary>Writes how the parts of a network are joined; <see cref="LayerWriter"/> writes the parts.</summary>
/// <param name="graph">Where it goes.</param>
/// <param name="layers">Writes layers into the same graph.</param>
internal sealed class NetworkWriter(OnnxGraph graph, LayerWriter layers)
{
    /// <summary>Writes a network.</summary>
    /// <param name="network">The network; its norms are folded.</param>
    /// <param name="image">(B,3,S,S) normalized.</param>
    /// <returns>The head's raw output of each level, coarsest first.</returns>
    public IReadOnlyList<string> Write(PPYoloNetwork network, string image)
    {
        var levels = network.Options.Levels;
        var maps = Backbone(Child(network, "backbone"), image).TakeLast(levels).Reverse().ToList();
        var neck = Child(network, "neck");
        var features = neck switch
        {
            PPYoloFpn => Fpn(neck, maps),
            PPYoloPan => Pan(neck, maps),
            _ => throw new NotSupportedException($"a neck {neck.GetType().Name} cannot be exported yet"),
        };
        var head = Child(network, "yolo_head");
        return
        [
            .. features.Select((map, level) => layers.Write(Child(head, $"yolo_output_{level}"), $"yolo_head.yolo_output_{level}", map)),
        ];
    }

    /// <summary>The maps of all stages, finest first.</summary>
    private List<string> Backbone(torch.nn.Module backbone, string image)
    {
        var maps = new List<string>();
        foreach (var (name, part) in backbone.named_children())
        {
            maps.Add(
                maps.Count == 0
                    ? layers.MaxPool(layers.Write(part, $"backbone.{name}", image), "backbone/MaxPool", 3, 2)
                    : part.named_children()
                        .Aggregate(maps[^1], (map, block) => Residual(block.module, $"backbone.{name}.{block.name}", map))
            );
        }

        return maps;
    }

    private string Residual(torch.nn.Module block, string name, string input)
    {
        var identity = Find(block, "short") is { } shortcut ? layers.Write(shortcut, $"{name}.short", input) : input;
        var through = block
            .named_children()
            .Where(part => part.name != "short")
            .Aggregate(input, (map, part) => layers.Write(part.module, $"{name}.{part.name}", map));
        return graph.Add("Relu", name, [graph.Add("Add", $"{name}/Add", [through, identity])]);
    }

    private List<string> Fpn(torch.nn.Module neck, List<string> maps)
    {
        var tips = new List<string>();
        string? route = null;
        for (var level = 0; level < maps.Count; level++)
        {
            var name = $"neck.yolo_block_{level}";
            var block = Child(neck, $"yolo_block_{level}");
            var input = route is null ? maps[level] : UpsampleAndJoin(neck, $"yolo_transition_{level - 1}", route, maps[level]);
            route = layers.Write(Child(block, "conv_module"), $"{name}.conv_module", input);
            tips.Add(layers.Write(Child(block, "tip"), $"{name}.tip", route));
        }

        return tips;
    }

    private List<string> Pan(torch.nn.Module neck, List<string> maps)
    {
        var features = new List<string>();
        for (var level = 0; level < maps.Count; level++)
        {
            var input = level == 0 ? maps[level] : UpsampleAndJoin(neck, $"fpn_transition_{level - 1}", features[level - 1], maps[level]);
            features.Add(PanBlock(neck, $"fpn_{level}", input));
        }

        var outputs = features.ToList();
        for (var level = maps.Count - 2; level >= 0; level--)
        {
            var transition = $"pan_transition_{level}";
            var below = layers.Write(Child(neck, transition), $"neck.{transition}", outputs[level + 1]);
            outputs[level] = PanBlock(neck, $"pan_{level}", layers.Join($"neck.pan_{level}", [below, features[level]]));
        }

        return outputs;
    }

    private string PanBlock(torch.nn.Module neck, string part, string input)
    {
        var block = Child(neck, part);
        var through = Part("conv_module", Part("conv1", input));
        return Part("conv3", layers.Join($"neck.{part}.conv3", [through, Part("conv2", input)]));

        string Part(string name, string map) => layers.Write(Child(block, name), $"neck.{part}.{name}", map);
    }

    /// <summary>Doubles the size of a map by repetition, and puts it in front of the other's channels.</summary>
    private string UpsampleAndJoin(torch.nn.Module neck, string transition, string coarse, string fine)
    {
        var name = $"neck.{transition}";
        var upsampled = graph.Add(
            "Resize",
            $"{name}/Resize",
            [layers.Write(Child(neck, transition), name, coarse), "", graph.Numbers([1, 1, 2, 2], 4)],
            Attribute("mode", "nearest"),
            Attribute("coordinate_transformation_mode", "asymmetric"),
            Attribute("nearest_mode", "floor")
        );
        return layers.Join(name, [upsampled, fine]);
    }
}
