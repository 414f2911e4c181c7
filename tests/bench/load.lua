-- The load that measure.py gives wrk by its environment: BODY, in which # becomes a number from 1 to HOSTS and @ one
-- from 1 to TYPES, or a GET without it. Prints one line of JSON at the end.
local body, hosts, types = os.getenv("BODY"), tonumber(os.getenv("HOSTS")), tonumber(os.getenv("TYPES"))

wrk.headers["Authorization"] = os.getenv("AUTHORIZATION")
if body then
	wrk.method = "POST"
	wrk.headers["Content-Type"] = "application/json"
	local front, middle, back = body:match("^(.-)#(.-)@(.*)$")

	function request()
		return wrk.format(nil, nil, nil, front .. math.random(hosts) .. middle .. math.random(types) .. back)
	end
end

function setup(thread)
	thread:set("seed", os.time())
end

function init()
	math.randomseed(seed)
end

function done(summary, latency)
	local e = summary.errors
	print(string.format('{"rate": %f, "requests": %d, "p50": %d, "p99": %d, "bad": %d}',
		summary.requests / summary.duration * 1e6, summary.requests, latency:percentile(50), latency:percentile(99),
		e.connect + e.read + e.write + e.status + e.timeout))
end
