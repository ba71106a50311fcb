import pickle


def on_message(client, userdata, msg):
    job = pickle.loads(msg.payload)
    return job
